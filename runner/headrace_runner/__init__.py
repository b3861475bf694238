"""Runs users' FastAPI and FastHTML apps, and checks their syntax."""
