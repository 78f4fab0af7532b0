# Draws what bench/outage.lua wrote into build/outage.tsv: `make simulate`.

set terminal svg size 860,400 background "white" font "sans-serif,13"
set output "docs/outage.svg"
set xlabel "seconds"
set xrange [40:150]
set grid ytics linecolor "#dddddd"
set border 3
set tics nomirror out
set multiplot layout 1,2

set object 1 rectangle from 60, graph 0 to 120, graph 1 behind fillcolor "#f4f0e8" fillstyle solid noborder
set title "An outage: requests a second"
set yrange [0:950]
set key at graph 0.99,0.99 right top
set label 1 "every request fails" at 90, graph 0.035 center textcolor "#8a7a55"
data = "build/outage.tsv"
plot data using 1:3 with lines linewidth 2 linecolor "#c0392b" title "three attempts at once", \
    data using 1:6 with lines linewidth 2 linecolor "#e39b22" title "Envoy's budget", \
    data using 1:7 with lines linewidth 2 linecolor "#1f77b4" title "cfs.errors.retry", \
    data using 1:2 with lines linewidth 1.5 linecolor "#555555" dashtype 2 title "no retry"

set title "A partial failure: calls finished a second"
set yrange [0:220]
set key at graph 0.99,0.42 right top
set label 1 "30 % of the requests fail"
plot data using 1:11 smooth bezier linewidth 2 linecolor "#6a994e" title "gRPC's throttle", \
    data using 1:12 smooth bezier linewidth 2 linecolor "#e39b22" title "Envoy's budget", \
    data using 1:13 smooth bezier linewidth 2 linecolor "#1f77b4" title "cfs.errors.retry", \
    data using 1:8 smooth bezier linewidth 1.5 linecolor "#555555" dashtype 2 title "no retry"
unset multiplot
