#!version:1.0.0.1
## what this telephone reads
overwrite_mode = 1
include:config "common.cfg"
include:config <site-berlin.cfg>
[T54W,T57W]include:config "t54w.cfg"
include:config "001565a1b2c3.cfg"
