package dev.headrace.git;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What the writer must know of history to write the next commit: the last commit and number of
 * versions of each app and tenant, and which commit carries which request. Many may read while one
 * adds.
 */
final class DeployIndex {

  /** The last commit, and how many versions an app has had. */
  record State(PlatformCommit latest, int versions) {}

  private record Request(String userId, DeployId deployId) {
    static Request of(PlatformCommit commit) {
      return new Request(commit.actor().userId(), commit.deployId());
    }
  }

  /** A commit and how many came before it. */
  private record Numbered(PlatformCommit commit, int number) {}

  /** Those in front first; the last is the whole history. */
  private final List<Part> parts;

  private int count;

  private record Part(Map<DirectoryId, State> states, Map<Request, Numbered> requests) {
    Part() {
      this(new ConcurrentHashMap<>(), new ConcurrentHashMap<>());
    }
  }

  private DeployIndex(int count, Part... parts) {
    this.parts = List.of(parts);
    this.count = count;
  }

  static DeployIndex empty() {
    return new DeployIndex(0, new Part());
  }

  /** Starts empty and answers from {@code this}, which is no overlay, what it does not hold. */
  DeployIndex overlay() {
    return new DeployIndex(count, new Part(), whole());
  }

  /** The same upon another overlay that is not added to {@code this} yet. */
  DeployIndex overlay(DeployIndex inFlight) {
    return new DeployIndex(inFlight.count, new Part(), inFlight.own(), whole());
  }

  private Part own() {
    return parts.getFirst();
  }

  private Part whole() {
    return parts.getLast();
  }

  Optional<State> state(DirectoryId directory) {
    return first(part -> part.states().get(directory));
  }

  Optional<PlatformCommit> request(String userId, DeployId deployId) {
    return numbered(new Request(userId, deployId)).map(Numbered::commit);
  }

  private Optional<Numbered> numbered(Request request) {
    return first(part -> part.requests().get(request));
  }

  private <T> Optional<T> first(Function<Part, @Nullable T> lookUp) {
    for (Part part : parts) {
      T found = lookUp.apply(part);
      if (found != null) {
        return Optional.of(found);
      }
    }
    return Optional.empty();
  }

  /** Whether the commit is part of history, and not one that was built but never published. */
  boolean holds(PlatformCommit commit) {
    return number(commit).isPresent();
  }

  /** The commit's place in history, counted from the oldest; empty if it is no part of it. */
  OptionalInt number(PlatformCommit commit) {
    return numbered(Request.of(commit))
        .filter(held -> held.commit().id().equals(commit.id()))
        .map(held -> OptionalInt.of(held.number()))
        .orElse(OptionalInt.empty());
  }

  /** Adds the next commit of the log. */
  void add(PlatformCommit commit) {
    int before = state(commit.directory()).map(State::versions).orElse(0);
    int versions = commit instanceof AppCommit app ? app.version().orElse(before) : before;
    own().states().put(commit.directory(), new State(commit, versions));
    own().requests().put(Request.of(commit), new Numbered(commit, count++));
  }

  void addAll(DeployIndex overlay) {
    own().requests().putAll(overlay.own().requests());
    own().states().putAll(overlay.own().states());
    count = overlay.count;
  }
}
