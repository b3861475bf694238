package dev.headrace.git;

import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * What the writer must know of history to write the next commit: each app's last commit and number
 * of versions, and which commit carries which request. Many may read while one adds.
 */
final class DeployIndex {

  /** An app's last commit, and how many versions the app has had. */
  record AppState(AppCommit latest, int versions) {}

  private record Request(String userId, DeployId deployId) {}

  private final @Nullable DeployIndex base;
  private final Map<AppId, AppState> apps = new ConcurrentHashMap<>();
  private final Map<Request, AppCommit> requests = new ConcurrentHashMap<>();

  private DeployIndex(@Nullable DeployIndex base) {
    this.base = base;
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
    AppCommit own = requests.get(new Request(userId, deployId));
    return own == null && base != null ? base.request(userId, deployId) : Optional.ofNullable(own);
  }

  /** Whether the commit is part of history, and not one that was built but never published. */
  boolean holds(AppCommit commit) {
    return request(commit.actor().userId(), commit.deployId())
        .filter(held -> held.id().equals(commit.id()))
        .isPresent();
  }

  /** Adds the next commit of the log. */
  void add(AppCommit commit) {
    int before = app(commit.app()).map(AppState::versions).orElse(0);
    apps.put(commit.app(), new AppState(commit, commit.version().orElse(before)));
    requests.put(new Request(commit.actor().userId(), commit.deployId()), commit);
  }

  void addAll(DeployIndex overlay) {
    requests.putAll(overlay.requests);
    apps.putAll(overlay.apps);
  }
}
