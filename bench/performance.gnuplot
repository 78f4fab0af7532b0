# Draws what `make bench` and `make bench-nginx` measured: docs/performance.svg.

set terminal svg size 900,640 background "white" font "sans-serif,13"
set output "docs/performance.svg"
set datafile separator "\t"

unset key
unset xtics
unset border
set style fill solid noborder
set ytics scale 0 textcolor "#333333"
set tmargin 2.4
set bmargin 0.4

is_ours(name) = name[1:6] eq "errors" || name[1:7] eq "handler"
color(name) = is_ours(name) ? 0x1f77b4 : 0xbdbdbd
duration(ns) = ns < 1000 ? sprintf(" %.0f ns", ns) : sprintf(" %.1f µs", ns / 1000)

# One panel: bars from left to right, the first one on top, and what each takes.
panel = 'set yrange [bars - 0.4:-0.6]; set xrange [0:*]; \
    plot file index figure using ($2 / 2):0:($2 / 2):(0.34):(color(strcol(1))):ytic(1) \
        with boxxyerror linecolor rgb variable, \
    "" index figure using 2:0:(duration($2)) with labels left offset 0.4,0 textcolor "#333333"'

set multiplot

do for [side = 0:1] {
    file = side == 0 ? "bench/lua5.4.tsv" : "bench/luajit.tsv"
    name = side == 0 ? "Lua 5.4" : "LuaJIT"
    set lmargin at screen 0.5 * side + 0.18
    set rmargin at screen 0.5 * side + 0.44
    set size 0.5, 0.3
    set origin 0.5 * side, 0.7
    set title offset 0,-0.4 "The vendor's example to an error object, ".name
    figure = "parse"; bars = 3
    eval panel
    set origin 0.5 * side, 0.38
    set title "Raise, catch and test an error, ".name
    figure = "raise"; bars = 4
    eval panel
}

set size 1, 0.36
set origin 0, 0
set lmargin at screen 0.28
set rmargin at screen 0.9
set title "An error sent by nginx: processor time of the worker for a request"
file = "bench/nginx.tsv"; figure = "nginx"; bars = 6
eval panel

unset multiplot
