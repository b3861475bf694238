package dev.headrace;

import dev.headrace.http.HttpConfiguration;
import dev.headrace.identity.IdentityConfiguration;
import dev.headrace.store.StoreConfiguration;
import java.time.Clock;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;

/** The whole control plane. Each feature brings its own configuration; this names them. */
@SpringBootConfiguration(proxyBeanMethods = false)
@EnableAutoConfiguration
@EnableConfigurationProperties(HeadraceSettings.class)
@Import({StoreConfiguration.class, IdentityConfiguration.class, HttpConfiguration.class})
public class Headrace {
  @Bean
  Clock clock() {
    return Clock.systemUTC();
  }
}
