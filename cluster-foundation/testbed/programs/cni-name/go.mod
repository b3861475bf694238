module dev.headrace/testbed/cni-name

go 1.26.0
