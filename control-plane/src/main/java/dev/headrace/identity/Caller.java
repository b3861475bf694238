package dev.headrace.identity;

/** Who sends a request, verified; handed down as a value from the edge. */
public record Caller(String userId, String username, boolean admin) {}
