package dev.headrace.gitserver;

import dev.headrace.app.Pushes;
import dev.headrace.delivery.DeliveryEngine;
import dev.headrace.git.PlatformRepository;
import java.time.Clock;
import org.springframework.boot.web.servlet.ServletRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.ComponentScan;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.annotation.Order;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.config.annotation.web.configurers.AbstractHttpConfigurer;
import org.springframework.security.config.http.SessionCreationPolicy;
import org.springframework.security.web.SecurityFilterChain;

/** Wires what stock git reaches. */
@Configuration(proxyBeanMethods = false)
@ComponentScan
public class GitServerConfiguration {
  private static final String ALL = "/git/";

  @Bean
  ServletRegistrationBean<GitServlet> gitServlet(
      PlatformRepository repository,
      GitTokens tokens,
      Pushes pushes,
      DeliveryEngine engine,
      Clock clock) {
    GitServlet servlet =
        new GitServlet(
            repository.protocol(), tokens, pushes, engine, new PushedBytes(clock), Limits.USUAL);
    ServletRegistrationBean<GitServlet> registration =
        new ServletRegistrationBean<>(servlet, ALL + "*");
    registration.setName("git");
    return registration;
  }

  /** Accounts and their login tokens mean nothing here: the servlet asks for a token of its own. */
  @Bean
  @Order(0)
  SecurityFilterChain git(HttpSecurity http) throws Exception {
    return http.securityMatcher(ALL + "**")
        .csrf(AbstractHttpConfigurer::disable) // no cookie carries authority
        .sessionManagement(
            session -> session.sessionCreationPolicy(SessionCreationPolicy.STATELESS))
        .authorizeHttpRequests(requests -> requests.anyRequest().permitAll())
        .build();
  }
}
