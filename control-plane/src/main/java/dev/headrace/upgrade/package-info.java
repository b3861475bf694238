/**
 * Brings all apps to what this platform renders now, after its templates or the runner's image
 * changed, in waves that stop when apps fail.
 */
@NullMarked
package dev.headrace.upgrade;

import org.jspecify.annotations.NullMarked;
