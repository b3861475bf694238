package dev.headrace.tenant;

import dev.headrace.git.AppId;
import dev.headrace.git.TenantId;
import dev.headrace.http.ApiError;
import dev.headrace.http.ErrorCode;
import dev.headrace.http.Why;
import dev.headrace.identity.Caller;
import dev.headrace.manifests.TenantSettings;
import io.swagger.v3.oas.annotations.Operation;
import java.net.URI;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/** The removal of tenants, for the admin. A tenant is named by the id of the user whose it is. */
@RestController
@RequestMapping(TenantController.ROOT)
class TenantController {
  static final String ROOT = "/api/v1/admin/tenants";

  private final Holdings holdings;
  private final Removals removals;

  TenantController(Holdings holdings, Removals removals) {
    this.holdings = holdings;
    this.removals = removals;
  }

  /**
   * What there is of a tenant.
   *
   * @param state present, removing, stopped or removed
   * @param apps those that git still has
   * @param setUp whether git still has what was set up for the tenant
   * @param waitingFor what was removed from git and is not gone yet
   * @param by who asked for the removal, where that was since the platform started
   * @param message why the removal stopped, and what to do
   */
  record View(
      String tenant,
      String state,
      List<String> apps,
      boolean setUp,
      List<String> waitingFor,
      @Nullable String by,
      @Nullable String message) {}

  @Operation(
      summary = "Remove a tenant",
      description =
          "For the admin. Deletes the user's apps by one commit each, waits until everything of them"
              + " is pruned, then removes what was set up for the tenant by one more commit. The"
              + " account stays. Sent again, also after a restart, it goes on where it was.")
  @DeleteMapping("/{tenant}")
  ResponseEntity<View> remove(
      @AuthenticationPrincipal Caller caller,
      @PathVariable String tenant,
      @RequestBody(required = false) @Nullable Why why) {
    caller.requireAdmin();
    TenantId id = known(tenant);
    removals.start(id, caller, Why.stated(why));
    return ResponseEntity.status(HttpStatus.ACCEPTED)
        .header(HttpHeaders.LOCATION, URI.create(ROOT + "/" + tenant).toString())
        .body(view(id));
  }

  @Operation(
      summary = "How far the removal of a tenant is",
      description = "For the admin. What git and the cluster still have of it.")
  @GetMapping("/{tenant}")
  View progress(@AuthenticationPrincipal Caller caller, @PathVariable String tenant) {
    caller.requireAdmin();
    return view(known(tenant));
  }

  private View view(TenantId tenant) {
    Optional<Run> newest = removals.newest(tenant);
    List<String> remains = holdings.remains(tenant);
    return new View(
        tenant.value(),
        state(tenant, newest, remains),
        holdings.apps(tenant).stream().map(AppId::value).toList(),
        holdings.baseline(tenant).isPresent(),
        remains,
        newest.map(Run::by).orElse(null),
        newest.flatMap(Run::trouble).orElse(null));
  }

  private String state(TenantId tenant, Optional<Run> newest, List<String> remains) {
    if (newest.filter(Run::isRunning).isPresent()) {
      return "removing";
    }
    boolean inGit = holdings.isInGit(tenant);
    if (!inGit && remains.isEmpty()) {
      return "removed";
    }
    if (newest.flatMap(Run::trouble).isPresent()) {
      return "stopped";
    }
    return inGit ? "present" : "removing";
  }

  private TenantId known(String tenant) {
    if (tenant.equals(TenantSettings.EVERYBODY)) {
      throw ApiError.of(
          ErrorCode.INVALID_REQUEST,
          "All users share this namespace; remove one of them by the id of the user");
    }
    return Optional.of(tenant)
        .filter(TenantId::isValid)
        .map(TenantId::new)
        .filter(holdings::isKnown)
        .orElseThrow(() ->
            ApiError.of(
                ErrorCode.NOT_FOUND,
                "No tenant %s; a tenant is named by its user's id".formatted(tenant)));
  }
}
