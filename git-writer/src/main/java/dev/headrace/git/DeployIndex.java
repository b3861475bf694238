package dev.headrace.git;

import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.ConcurrentHashMap;
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

  private final @Nullable DeployIndex base;
  private final Map<DirectoryId, State> states = new ConcurrentHashMap<>();
  private final Map<Request, Numbered> requests = new ConcurrentHashMap<>();
  private int count;

  private DeployIndex(@Nullable DeployIndex base) {
    this.base = base;
    this.count = base == null ? 0 : base.count;
  }

  static DeployIndex empty() {
    return new DeployIndex(null);
  }

  /** Starts empty and answers from {@code this} what it does not hold itself. */
  DeployIndex overlay() {
    return new DeployIndex(this);
  }

  Optional<State> state(DirectoryId directory) {
    State own = states.get(directory);
    return own == null && base != null ? base.state(directory) : Optional.ofNullable(own);
  }

  Optional<PlatformCommit> request(String userId, DeployId deployId) {
    return numbered(new Request(userId, deployId)).map(Numbered::commit);
  }

  private Optional<Numbered> numbered(Request request) {
    Numbered own = requests.get(request);
    return own == null && base != null ? base.numbered(request) : Optional.ofNullable(own);
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
    states.put(commit.directory(), new State(commit, versions));
    requests.put(Request.of(commit), new Numbered(commit, count++));
  }

  void addAll(DeployIndex overlay) {
    requests.putAll(overlay.requests);
    states.putAll(overlay.states);
    count = overlay.count;
  }
}
