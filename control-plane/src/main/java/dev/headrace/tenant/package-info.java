/** Removes tenants: their apps first, and then what was set up for them. */
@NullMarked
package dev.headrace.tenant;

import org.jspecify.annotations.NullMarked;
