package dev.headrace.tenant;

import dev.headrace.app.Removal;
import dev.headrace.delivery.DeliveryEngine;
import dev.headrace.git.PlatformRepository;
import dev.headrace.identity.Users;
import dev.headrace.projection.ProjectedApps;
import java.time.Clock;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.ComponentScan;
import org.springframework.context.annotation.Configuration;

/** Wires the removal of tenants. */
@Configuration(proxyBeanMethods = false)
@ComponentScan
public class TenantConfiguration {
  @Bean
  Holdings holdings(
      ProjectedApps apps, PlatformRepository repository, DeliveryEngine engine, Users users) {
    return new Holdings(apps, repository, engine, users);
  }

  @Bean
  Removals removals(
      Holdings holdings,
      Removal removal,
      PlatformRepository repository,
      DeliveryEngine engine,
      Clock clock) {
    return new Removals(holdings, removal, repository, engine, clock);
  }
}
