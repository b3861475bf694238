package dev.headrace.manifests;

/**
 * What all apps of a tenant may have together: pods, what these ask for, and their limits. While an
 * app rolls out it has one pod more.
 */
public record TenantQuota(
    int pods,
    int requestedCpuMillis,
    int requestedMemoryMebibytes,
    int cpuMillis,
    int memoryMebibytes) {

  public TenantQuota {
    for (int each :
        new int[] {
          pods, requestedCpuMillis, requestedMemoryMebibytes, cpuMillis, memoryMebibytes
        }) {
      SettingRules.require(each > 0, "quota", String.valueOf(each), "a number above 0");
    }
  }

  /** Enough for this many apps of one plan, all of them rolling out. */
  public static TenantQuota of(int apps, Resources plan) {
    int pods = 2 * apps;
    return new TenantQuota(
        pods,
        pods * Resources.REQUEST_CPU_MILLIS,
        pods * Resources.REQUEST_MEMORY_MEBIBYTES,
        pods * plan.cpuMillis(),
        pods * plan.memoryMebibytes());
  }
}
