/** Every setting of a service that the Compose specification, or version 2 or 3 of the format, has. */
export const serviceKeys: ReadonlySet<string> = new Set(
  (
    "annotations attach blkio_config build cap_add cap_drop cgroup cgroup_parent command configs container_name cpu_count " +
    "cpu_percent cpu_period cpu_quota cpu_rt_period cpu_rt_runtime cpu_shares cpus cpuset credential_spec depends_on deploy " +
    "develop device_cgroup_rules devices dns dns_opt dns_search dockerfile domainname driver_opts entrypoint env_file " +
    "environment expose extends external_links extra_hosts gpus group_add healthcheck hostname image init ipc isolation " +
    "label_file labels links log_driver log_opt logging mac_address mem_limit mem_reservation mem_swappiness memswap_limit " +
    "models network_mode networks oom_kill_disable oom_score_adj pid pids_limit platform ports post_start pre_start pre_stop " +
    "privileged profiles provider pull_policy pull_refresh_after read_only restart runtime scale secrets security_opt shm_size " +
    "stdin_open stop_grace_period stop_signal storage_opt sysctls tmpfs tty ulimits use_api_socket user userns_mode uts " +
    "volume_driver volumes volumes_from working_dir"
  ).split(" "),
);

/** What compose calls the inputs of `docker.Container`, where it isn't the same word in snake case. */
export const composeNames: Readonly<Record<string, string>> = {
  entrypoints: "entrypoint",
  envs: "environment",
  securityOpts: "security_opt",
  "capabilities.drops": "cap_drop",
  "capabilities.adds": "cap_add",
  memory: "mem_limit",
  memorySwap: "memswap_limit",
  "healthcheck.tests": "healthcheck.test",
  maxRetryCount: "restart",
  networkMode: "network_mode",
  networksAdvanced: "networks",
  pidMode: "pid",
  ipcMode: "ipc",
  utsMode: "uts",
  usernsMode: "userns_mode",
  cgroupnsMode: "cgroup",
  cgroupParent: "cgroup_parent",
  readOnly: "read_only",
  mounts: "volumes",
  pidsLimit: "pids_limit",
  ulimits: "pids_limit",
  cpuQuota: "cpu_quota",
  buildArgs: "build.args",
  "build.args": "build.args",
};
