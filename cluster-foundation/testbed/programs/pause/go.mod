module dev.headrace/testbed/pause

go 1.26.0
