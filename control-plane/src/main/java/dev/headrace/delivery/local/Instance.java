package dev.headrace.delivery.local;

import java.util.OptionalInt;

/**
 * One process of an app, started or about to be.
 *
 * @param name unique while the platform runs
 */
record Instance(String name, Blueprint blueprint, OptionalInt port) {
  boolean isOf(Blueprint wanted) {
    return blueprint.content().equals(wanted.content());
  }

  boolean sameProcess(Instance other) {
    return name.equals(other.name);
  }

  /** The same process, now known to be that of a newer commit with the same content. */
  Instance with(Blueprint newer) {
    return new Instance(name, newer, port);
  }

  Instance listeningOn(int listeningPort) {
    return new Instance(name, blueprint, OptionalInt.of(listeningPort));
  }
}
