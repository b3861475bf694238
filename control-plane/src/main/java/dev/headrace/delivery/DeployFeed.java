package dev.headrace.delivery;

import dev.headrace.git.AppId;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;

/**
 * Tells whoever watches that something about an app changed, not what: a watcher reads the store
 * again, so nothing is lost by a slow one and changes in between melt into one. Thread-safe.
 */
public final class DeployFeed {
  private final List<Watch> watches = new CopyOnWriteArrayList<>();

  public void changed(AppId app) {
    watches.forEach(watch -> watch.offer(app));
  }

  /** Close it when done. Changes from this call on are seen. */
  public Watch watch(Predicate<AppId> interesting) {
    Watch watch = new Watch(interesting);
    watches.add(watch);
    return watch;
  }

  /** One watcher's view of the feed. */
  public final class Watch implements AutoCloseable {
    private final Predicate<AppId> interesting;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition arrived = lock.newCondition();
    private final Set<AppId> pending = new LinkedHashSet<>();

    private Watch(Predicate<AppId> interesting) {
      this.interesting = interesting;
    }

    private void offer(AppId app) {
      if (!interesting.test(app)) {
        return;
      }
      lock.lock();
      try {
        if (pending.add(app)) {
          arrived.signalAll();
        }
      } finally {
        lock.unlock();
      }
    }

    /** Apps that changed since the last call; empty when none did within the time. */
    public Set<AppId> await(Duration longest) throws InterruptedException {
      lock.lock();
      try {
        long left = longest.toNanos();
        while (pending.isEmpty() && left > 0) {
          left = arrived.awaitNanos(left);
        }
        Set<AppId> changed = Set.copyOf(pending);
        pending.clear();
        return changed;
      } finally {
        lock.unlock();
      }
    }

    @Override
    public void close() {
      watches.remove(this);
    }
  }
}
