import { accepts, refuses } from "../cases";
import { container, service } from "../compliantContainer";
import { unknownValue } from "../evaluate";

refuses("container-process-disallow-sshd", {
  "sshd as the program": () => container((props) => (props.entrypoints = ["/usr/sbin/sshd", "-D"])),
  "sshd in a shell's command": () =>
    container((props) => (props.command = ["-c", "service start; sshd -D & serve"])),
  dropbear: () => container((props) => (props.command = ["dropbear"])),
  "sshd in a service": () => service((spec) => (spec.args = ["sshd"])),
});

accepts({
  "a path that only begins like it": () => container((props) => (props.command = ["/etc/sshd_config"])),
  "a command unknown until deployed": () => container((props) => (props.command = unknownValue)),
});
