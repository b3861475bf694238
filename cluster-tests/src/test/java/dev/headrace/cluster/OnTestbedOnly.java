package dev.headrace.cluster;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.lang.reflect.AnnotatedElement;
import java.util.Optional;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.ExtensionContext;

/** What another cluster cannot do; there it is left out, and why is printed. */
@Target({ElementType.TYPE, ElementType.METHOD})
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(OnTestbedOnly.Condition.class)
@interface OnTestbedOnly {
  /** Why, in a sentence. */
  String value();

  /** By the switch of this run. */
  final class Condition implements ExecutionCondition {
    @Override
    public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext test) {
      ConditionEvaluationResult result =
          test.getElement().map(element -> evaluate(element, ClusterChoice.made())).orElseThrow();
      if (result.isDisabled()) {
        System.out.printf(
            "left out on this cluster: %s: %s%n", name(test), result.getReason().orElse(""));
      }
      return result;
    }

    private static String name(ExtensionContext test) {
      String type = test.getRequiredTestClass().getSimpleName();
      return test.getTestMethod().map(method -> type + "." + method.getName()).orElse(type);
    }

    static ConditionEvaluationResult evaluate(AnnotatedElement element, ClusterChoice choice) {
      return Optional.ofNullable(element.getAnnotation(OnTestbedOnly.class))
          .filter(only -> choice != ClusterChoice.TESTBED)
          .map(only -> ConditionEvaluationResult.disabled(only.value()))
          .orElseGet(() -> ConditionEvaluationResult.enabled("any cluster will do"));
    }
  }
}
