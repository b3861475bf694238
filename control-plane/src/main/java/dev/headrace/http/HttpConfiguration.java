package dev.headrace.http;

import dev.headrace.HeadraceSettings;
import io.swagger.v3.oas.models.Components;
import io.swagger.v3.oas.models.OpenAPI;
import io.swagger.v3.oas.models.info.Info;
import io.swagger.v3.oas.models.security.SecurityRequirement;
import io.swagger.v3.oas.models.security.SecurityScheme;
import org.springframework.boot.http.converter.autoconfigure.ServerHttpMessageConvertersCustomizer;
import org.springframework.boot.jackson.autoconfigure.JsonMapperBuilderCustomizer;
import org.springframework.boot.web.server.ConfigurableWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.ComponentScan;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.MediaType;
import org.springframework.web.filter.UrlHandlerFilter;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.MapperFeature;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.cfg.CoercionAction;
import tools.jackson.databind.cfg.CoercionInputShape;
import tools.jackson.databind.type.LogicalType;

/** JSON rules, the OpenAPI document and what every request passes first. */
@Configuration(proxyBeanMethods = false)
@ComponentScan
public class HttpConfiguration {
  @Bean
  JsonMapperBuilderCustomizer strictJson() {
    return json ->
        json.propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
            .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
            .withCoercionConfig(
                LogicalType.Textual,
                text ->
                    text.setCoercion(CoercionInputShape.Integer, CoercionAction.Fail)
                        .setCoercion(CoercionInputShape.Float, CoercionAction.Fail)
                        .setCoercion(CoercionInputShape.Boolean, CoercionAction.Fail));
  }

  /** YAML would come along with the OpenAPI document's library, without any of these rules. */
  @Bean
  ServerHttpMessageConvertersCustomizer onlyJson() {
    return converters ->
        converters.configureMessageConvertersList(list ->
            list.removeIf(converter ->
                converter.getSupportedMediaTypes().contains(MediaType.APPLICATION_YAML)));
  }

  @Bean
  WebServerFactoryCustomizer<ConfigurableWebServerFactory> listen(HeadraceSettings settings) {
    return server -> {
      server.setAddress(settings.bind());
      server.setPort(settings.port());
    };
  }

  @Bean
  OpenAPI openApi() {
    return new OpenAPI()
        .info(
            new Info()
                .title("Headrace")
                .version("1")
                .description("Every change that this API makes is one signed git commit."))
        .components(
            new Components()
                .addSecuritySchemes(
                    "token", new SecurityScheme().type(SecurityScheme.Type.HTTP).scheme("bearer")))
        .addSecurityItem(new SecurityRequirement().addList("token"));
  }

  @Bean
  UrlHandlerFilter trailingSlash() {
    return UrlHandlerFilter.trailingSlashHandler("/api/**")
        .redirect(org.springframework.http.HttpStatus.TEMPORARY_REDIRECT)
        .build();
  }

  @Bean
  KnownHost knownHost(HeadraceSettings settings) {
    return new KnownHost(settings::isKnownHost);
  }

  @Bean
  BodyLimit bodyLimit() {
    return new BodyLimit();
  }

  @Bean
  WholeAnswers wholeAnswers() {
    return new WholeAnswers();
  }
}
