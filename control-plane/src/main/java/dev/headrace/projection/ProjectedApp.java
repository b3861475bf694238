package dev.headrace.projection;

import dev.headrace.git.AppId;
import dev.headrace.git.CommitId;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * What git says of one app, as the read model keeps it.
 *
 * @param recordId the 24 hex digits that today's clients know the record by; follows from the app's
 *     id
 * @param head the app's newest commit
 * @param version the newest one
 * @param lastDeployAt of the newest version
 * @param lastActivity observed, not from git
 */
public record ProjectedApp(
    AppId id,
    String recordId,
    String ownerId,
    String name,
    Instant createdAt,
    CommitId head,
    OptionalInt version,
    Optional<Instant> lastDeployAt,
    Optional<Instant> lastActivity) {}
