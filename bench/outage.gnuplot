# Draws what bench/outage.lua wrote into build/outage.tsv: `make simulate`.

set terminal svg size 860,400 background "white" font "sans-serif,13"
set output "docs/outage.svg"
set title "1,000 clients, 200 calls a second, and an outage of a minute"
set xlabel "seconds"
set ylabel "requests a second"
set xrange [90:240]
set yrange [0:700]
set key at graph 0.99,0.97 right top
set grid ytics linecolor "#dddddd"
set border 3
set tics nomirror out
set object 1 rectangle from 120, graph 0 to 180, graph 1 behind fillcolor "#f4f0e8" fillstyle solid noborder
set label 1 "every request fails" at 150, graph 0.035 center textcolor "#8a7a55"

data = "build/outage.tsv"
plot data using 1:3 with lines linewidth 2 linecolor "#c0392b" title "three attempts at once", \
    data using 1:5 with lines linewidth 2 linecolor "#e39b22" title "a policy for each client", \
    data using 1:4 with lines linewidth 2 linecolor "#1f77b4" title "one policy of cfs.errors.retry", \
    data using 1:2 with lines linewidth 1.5 linecolor "#555555" dashtype 2 title "no retry"
