package dev.headrace.git;

import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * What the writer must know of history to write the next commit: each app's last commit and number
 * of versions, and which commit carries which request. Many may read while one adds.
 */
final class DeployIndex {

  /** An app's last commit, and how many versions the app has had. */
  record AppState(AppCommit latest, int versions) {}

  private record Request(String userId, DeployId deployId) {
    static Request of(AppCommit commit) {
      return new Request(commit.actor().userId(), commit.deployId());
    }
  }

  /** A commit and how many came before it. */
  private record Numbered(AppCommit commit, int number) {}

  private final @Nullable DeployIndex base;
  private final Map<AppId, AppState> apps = new ConcurrentHashMap<>();
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

  Optional<AppState> app(AppId app) {
    AppState own = apps.get(app);
    return own == null && base != null ? base.app(app) : Optional.ofNullable(own);
  }

  Optional<AppCommit> request(String userId, DeployId deployId) {
    return numbered(new Request(userId, deployId)).map(Numbered::commit);
  }

  private Optional<Numbered> numbered(Request request) {
    Numbered own = requests.get(request);
    return own == null && base != null ? base.numbered(request) : Optional.ofNullable(own);
  }

  /** Whether the commit is part of history, and not one that was built but never published. */
  boolean holds(AppCommit commit) {
    return number(commit).isPresent();
  }

  /** The commit's place in history, counted from the oldest; empty if it is no part of it. */
  OptionalInt number(AppCommit commit) {
    return numbered(Request.of(commit))
        .filter(held -> held.commit().id().equals(commit.id()))
        .map(held -> OptionalInt.of(held.number()))
        .orElse(OptionalInt.empty());
  }

  /** Adds the next commit of the log. */
  void add(AppCommit commit) {
    int before = app(commit.app()).map(AppState::versions).orElse(0);
    apps.put(commit.app(), new AppState(commit, commit.version().orElse(before)));
    requests.put(Request.of(commit), new Numbered(commit, count++));
  }

  void addAll(DeployIndex overlay) {
    requests.putAll(overlay.requests);
    apps.putAll(overlay.apps);
    count = overlay.count;
  }
}
