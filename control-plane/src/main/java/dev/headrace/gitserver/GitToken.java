package dev.headrace.gitserver;

import java.time.Instant;

/**
 * A token without its secret, which nobody has but its bearer.
 *
 * @param userId the account that made it, in whose name it pushes
 */
record GitToken(String id, String name, GitRole role, String userId, Instant createdAt) {}
