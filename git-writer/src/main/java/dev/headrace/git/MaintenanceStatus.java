package dev.headrace.git;

import java.util.Optional;

/**
 * How the upkeep of the repository stands.
 *
 * @param by what does it
 * @param packs how many there are
 * @param idle whether nothing is left to do until the next change: packs are few and the
 *     commit-graph holds {@code main}
 * @param gatherings how many times packs were gathered since the start
 * @param failure why the last attempt failed; empty if it did not
 */
public record MaintenanceStatus(
    String by, int packs, boolean idle, int gatherings, Optional<String> failure) {}
