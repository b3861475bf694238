package dev.headrace.validation;

import dev.headrace.HeadraceSettings;
import java.time.Duration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import tools.jackson.databind.json.JsonMapper;

/** Wires the syntax check. */
@Configuration(proxyBeanMethods = false)
public class ValidationConfiguration {
  private static final Duration LIMIT = Duration.ofSeconds(5);

  @Bean
  SyntaxChecker syntaxChecker(HeadraceSettings settings, JsonMapper json) {
    return new SyntaxChecker(
        settings.python(), settings.runner().resolve("headrace_runner/checker.py"), json, LIMIT);
  }
}
