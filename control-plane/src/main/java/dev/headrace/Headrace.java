package dev.headrace;

import dev.headrace.app.AppConfiguration;
import dev.headrace.delivery.DeliveryConfiguration;
import dev.headrace.delivery.DeliveryEngine;
import dev.headrace.delivery.flux.FluxDelivery;
import dev.headrace.delivery.local.LocalDelivery;
import dev.headrace.gitserver.GitServerConfiguration;
import dev.headrace.http.HttpConfiguration;
import dev.headrace.identity.IdentityConfiguration;
import dev.headrace.observe.ObserveConfiguration;
import dev.headrace.projection.ProjectionConfiguration;
import dev.headrace.store.StoreConfiguration;
import dev.headrace.template.TemplateConfiguration;
import dev.headrace.tenant.TenantConfiguration;
import dev.headrace.upgrade.UpgradeConfiguration;
import dev.headrace.validation.ValidationConfiguration;
import java.time.Clock;
import org.springframework.boot.ApplicationRunner;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;

/** The whole control plane. Each feature brings its own configuration; this names them. */
@SpringBootConfiguration(proxyBeanMethods = false)
@EnableAutoConfiguration
@EnableConfigurationProperties(HeadraceSettings.class)
@Import({
  StoreConfiguration.class,
  IdentityConfiguration.class,
  ProjectionConfiguration.class,
  ValidationConfiguration.class,
  DeliveryConfiguration.class,
  LocalDelivery.class,
  FluxDelivery.class,
  AppConfiguration.class,
  TemplateConfiguration.class,
  ObserveConfiguration.class,
  UpgradeConfiguration.class,
  TenantConfiguration.class,
  GitServerConfiguration.class,
  HttpConfiguration.class
})
public class Headrace {
  @Bean
  Clock clock() {
    return Clock.systemUTC();
  }

  /** The projection has caught up by now: it does so when it is made. */
  @Bean
  ApplicationRunner deliver(DeliveryEngine engine) {
    return arguments -> engine.start();
  }
}
