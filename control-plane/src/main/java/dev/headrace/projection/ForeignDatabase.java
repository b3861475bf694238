package dev.headrace.projection;

/** The database has apps of somebody else in it, which a projection would delete. */
public final class ForeignDatabase extends RuntimeException {
  ForeignDatabase(String name) {
    super(
        "The database %s holds apps that this platform did not write. Name an empty database; none of its documents was touched."
            .formatted(name));
  }
}
