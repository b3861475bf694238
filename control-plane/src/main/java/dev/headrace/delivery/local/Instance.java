package dev.headrace.delivery.local;

import org.jspecify.annotations.Nullable;

/**
 * One process of an app, started or about to be.
 *
 * @param name unique while the platform runs
 */
record Instance(String name, Blueprint blueprint) {
  boolean isOf(Blueprint wanted) {
    return blueprint.content().equals(wanted.content());
  }

  boolean isSameProcessAs(@Nullable Instance other) {
    return other != null && name.equals(other.name);
  }

  /** The same process, now known to be that of a newer commit with the same content. */
  Instance with(Blueprint newer) {
    return new Instance(name, newer);
  }
}
