package dev.headrace.identity;

import dev.headrace.HeadraceSettings;
import java.io.IOException;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.ComponentScan;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.convert.converter.Converter;
import org.springframework.http.HttpMethod;
import org.springframework.security.authentication.AbstractAuthenticationToken;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.config.annotation.web.configurers.AbstractHttpConfigurer;
import org.springframework.security.config.http.SessionCreationPolicy;
import org.springframework.security.core.authority.AuthorityUtils;
import org.springframework.security.crypto.bcrypt.BCryptPasswordEncoder;
import org.springframework.security.crypto.password.PasswordEncoder;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.security.oauth2.server.resource.InvalidBearerTokenException;
import org.springframework.security.web.AuthenticationEntryPoint;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.web.cors.CorsConfiguration;
import org.springframework.web.cors.UrlBasedCorsConfigurationSource;

/** Who may reach what: nothing without an account, except what is named here. */
@Configuration(proxyBeanMethods = false)
@ComponentScan
public class IdentityConfiguration {
  private static final String CONTENT_SECURITY_POLICY =
      "default-src 'self'; style-src 'self' 'unsafe-inline'; worker-src 'self' blob:; "
          + "img-src 'self' data:; font-src 'self' data:; connect-src 'self'; "
          + "frame-ancestors 'none'; base-uri 'none'; object-src 'none'; form-action 'self'";

  /** The page, its files, its own addresses, and the description of the API. */
  private static final String[] PUBLIC_PAGES = {
    "/",
    "/index.html",
    "/favicon.svg",
    "/assets/**",
    "/login",
    "/signup",
    "/new",
    "/apps",
    "/apps/**",
    "/health",
    "/openapi.json",
    "/error"
  };

  @Bean
  PasswordEncoder passwordEncoder() {
    return new BCryptPasswordEncoder();
  }

  @Bean
  Tokens tokens(HeadraceSettings settings, Clock clock) throws IOException {
    return new Tokens(settings.keys().resolve("tokens.key"), clock);
  }

  @Bean
  SecurityFilterChain security(HttpSecurity http, Tokens tokens, Users users) throws Exception {
    AuthenticationEntryPoint refuse = new Refusals();
    return http.csrf(AbstractHttpConfigurer::disable) // no cookie carries authority
        .cors(cors -> cors.configurationSource(thisMachine()))
        .sessionManagement(
            session -> session.sessionCreationPolicy(SessionCreationPolicy.STATELESS))
        .headers(headers ->
            headers
                .contentSecurityPolicy(csp -> csp.policyDirectives(CONTENT_SECURITY_POLICY))
                .referrerPolicy(referrer ->
                    referrer.policy(
                        org.springframework.security.web.header.writers.ReferrerPolicyHeaderWriter
                            .ReferrerPolicy.NO_REFERRER)))
        .authorizeHttpRequests(requests ->
            requests
                .requestMatchers(HttpMethod.POST, "/api/auth/signup", "/api/auth/login")
                .permitAll()
                .requestMatchers("/user/*/app/*/**")
                .permitAll() // leads to the apps' port
                .requestMatchers("/api/**")
                .authenticated()
                .requestMatchers(HttpMethod.GET, PUBLIC_PAGES)
                .permitAll()
                .requestMatchers(HttpMethod.HEAD, PUBLIC_PAGES)
                .permitAll()
                .anyRequest()
                .denyAll())
        .exceptionHandling(
            refused -> refused.authenticationEntryPoint(refuse).accessDeniedHandler(new Refusals()))
        .oauth2ResourceServer(server ->
            server
                .authenticationEntryPoint(refuse)
                .jwt(jwt ->
                    jwt.decoder(tokens.decoder()).jwtAuthenticationConverter(callerOf(users))))
        .build();
  }

  private static Converter<Jwt, AbstractAuthenticationToken> callerOf(Users users) {
    return token ->
        Optional.ofNullable(token.getSubject())
            .flatMap(users::caller)
            .map(CallerAuthentication::new)
            .orElseThrow(() -> new InvalidBearerTokenException("the account is gone"));
  }

  /** Pages that this machine serves may ask; any other page in the operator's browser may not. */
  private static UrlBasedCorsConfigurationSource thisMachine() {
    CorsConfiguration cors = new CorsConfiguration();
    cors.setAllowedOriginPatterns(
        List.of("http://localhost:[*]", "http://127.0.0.1:[*]", "http://[::1]:[*]"));
    cors.setAllowedMethods(List.of("*"));
    cors.setAllowedHeaders(List.of("*"));
    cors.setExposedHeaders(List.of("ETag", "Headrace-Version", "Location"));
    cors.setAllowCredentials(true);
    cors.setMaxAge(600L);
    UrlBasedCorsConfigurationSource source = new UrlBasedCorsConfigurationSource();
    source.registerCorsConfiguration("/api/**", cors);
    return source;
  }

  private static final class CallerAuthentication extends AbstractAuthenticationToken {
    private final Caller caller;

    CallerAuthentication(Caller caller) {
      super(AuthorityUtils.NO_AUTHORITIES);
      this.caller = caller;
      setAuthenticated(true);
    }

    @Override
    public Object getCredentials() {
      return "";
    }

    @Override
    public Caller getPrincipal() {
      return caller;
    }
  }
}
