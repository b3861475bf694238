package dev.headrace.benchmarks.git;

import dev.headrace.git.Change;
import dev.headrace.git.CommitOutcome;
import dev.headrace.git.PlatformRepository;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntFunction;

/** So many callers at once, each of whom sends the next change when the last is durable. */
record Callers(PlatformRepository repository, int count) {

  /**
   * @param nanos of each commit, from sending to the answer
   */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  record Sent(double seconds, long[] nanos) {
    double perSecond() {
      return nanos.length / seconds;
    }
  }

  Sent send(int changes, IntFunction<Change> change)
      throws InterruptedException, ExecutionException {
    AtomicInteger next = new AtomicInteger();
    long[] nanos = new long[changes];
    Callable<Boolean> caller =
        () -> {
          for (int i = next.getAndIncrement(); i < changes; i = next.getAndIncrement()) {
            Change own = change.apply(i);
            CommitEvent event = new CommitEvent();
            event.begin();
            long begun = System.nanoTime();
            var outcome = repository.commit(own).get();
            nanos[i] = System.nanoTime() - begun;
            event.commit();
            if (!(outcome instanceof CommitOutcome.Committed)) {
              throw new IllegalStateException("not committed: " + outcome);
            }
          }
          return true;
        };
    List<Callable<Boolean>> callers = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      callers.add(caller);
    }
    long begun = System.nanoTime();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (Future<Boolean> done : threads.invokeAll(callers)) {
        done.get();
      }
    }
    return new Sent((System.nanoTime() - begun) / 1e9, nanos);
  }
}
