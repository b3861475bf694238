package dev.headrace.validation;

import dev.headrace.HeadraceSettings;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import tools.jackson.databind.json.JsonMapper;

/** Wires the syntax check. */
@Configuration(proxyBeanMethods = false)
public class ValidationConfiguration {
  @Bean
  SyntaxChecker syntaxChecker(HeadraceSettings settings, JsonMapper json) {
    return new SyntaxChecker(
        settings.python(), settings.runner().resolve("headrace_runner/checker.py"), json);
  }
}
