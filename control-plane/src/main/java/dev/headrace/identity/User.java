package dev.headrace.identity;

import java.time.Instant;

/** An account. */
record User(
    String id,
    String username,
    String email,
    String passwordHash,
    boolean admin,
    Instant createdAt) {}
