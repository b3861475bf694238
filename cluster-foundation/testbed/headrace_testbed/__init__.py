"""A real Kubernetes with Flux and Traefik for tests, in namespaces of its own, without a container engine."""
