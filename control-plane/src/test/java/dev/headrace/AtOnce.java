package dev.headrace;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.IntFunction;

/** Many people who do something at the same moment. */
public final class AtOnce {
  private AtOnce() {}

  /** What each of them, numbered from 0, gets. */
  public static <T> List<T> people(int many, IntFunction<T> act) {
    CyclicBarrier together = new CyclicBarrier(many);
    List<Callable<T>> calls = new ArrayList<>();
    for (int i = 0; i < many; i++) {
      int number = i;
      calls.add(() -> {
        together.await();
        return act.apply(number);
      });
    }
    try (ExecutorService people = Executors.newVirtualThreadPerTaskExecutor()) {
      List<T> results = new ArrayList<>();
      for (Future<T> result : people.invokeAll(calls)) {
        results.add(result.get());
      }
      return results;
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }
}
