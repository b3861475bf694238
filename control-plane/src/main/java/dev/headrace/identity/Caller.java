package dev.headrace.identity;

import dev.headrace.http.ApiError;
import dev.headrace.http.ErrorCode;

/** Who sends a request, verified; handed down as a value from the edge. */
public record Caller(String userId, String username, boolean admin) {
  /**
   * Lets the admin pass.
   *
   * @throws ApiError for anybody else
   */
  public void requireAdmin() {
    if (!admin) {
      throw ApiError.of(ErrorCode.ADMIN_REQUIRED, "Only the admin may do this");
    }
  }
}
