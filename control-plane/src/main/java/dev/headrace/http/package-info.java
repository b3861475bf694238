/**
 * What all routes share: error shapes, request limits, the OpenAPI document, the console's static
 * files.
 */
@NullMarked
package dev.headrace.http;

import org.jspecify.annotations.NullMarked;
