#!/usr/bin/python3
"""ganeti-node.py PACKAGE OSES ACTION... - Ganeti's node side, without a cluster

PACKAGE is the unpacked package ganeti-3.0, OSES a folder of OS definitions.
Runs Ganeti's own code, so that the scripts are found, checked and called by
it, with the environment that it makes:

  diagnose                             what `gnt-os diagnose` looks at
  validate OS KEY=VALUE...             what `gnt-instance add -O` has checked
  add|reinstall OS DISK KEY=VALUE...
  rename OS DISK OLD NEW
  export|import OS DISK                to standard output, from standard input

An error of Ganeti's goes to standard error, with status 1.
"""
import logging
import os
import shutil
import subprocess
import sys
import tempfile

PACKAGE, OSES, ACTION = sys.argv[1:4]
sys.path.insert(0, os.path.join(PACKAGE, "usr/share/ganeti/3.0"))

from ganeti import backend, constants, objects, pathutils  # noqa: E402
from ganeti.storage import filestorage  # noqa: E402


def prepare():
    """What a cluster's configuration would say."""
    logging.disable(logging.CRITICAL)
    pathutils.OS_SEARCH_PATH[:] = [OSES]
    pathutils.LOG_OS_DIR = tempfile.mkdtemp()
    filestorage.CheckFileStoragePathAcceptance = lambda *args, **kwargs: None


def parameters(words):
    return dict(word.split("=", 1) for word in words)


def instance(os_name, path, name="web1.example.org", params=None):
    """An instance as its cluster describes it: one disk, one card."""
    disk = objects.Disk(
        dev_type=constants.DT_FILE, logical_id=("loop", path), mode="rw", uuid="disk-uuid",
        size=os.stat(path).st_size >> 20, children=[],
        params=dict(constants.DISK_LD_DEFAULTS[constants.DT_FILE]))
    network = objects.Network(name="net", uuid="net-uuid", network="192.0.2.0/24",
                              gateway="192.0.2.1", tags=[], serial_no=1)
    nic = objects.NIC(mac="aa:00:00:35:ac:b4", uuid="nic-uuid", ip="192.0.2.9",
                      nicparams={"mode": "bridged", "link": "br0"}, netinfo=network.ToDict())
    described = objects.Instance(
        name=name, os=os_name, uuid="instance-uuid", ctime=0.0, mtime=0.0, primary_node="node1",
        secondary_nodes=[], hypervisor=constants.HT_KVM, osparams=params or {},
        beparams={"maxmem": 512}, hvparams={"serial_console": True, "disk_type": "paravirtual"},
        disks_info=[disk], nics=[nic])
    described.UpgradeConfig()
    return described


def diagnose():
    """Returns whether all definitions are valid."""
    valid = True
    for name, _, status, why, variants, params, versions, _ in backend.DiagnoseOS([OSES]):
        valid &= status
        print(name, "valid" if status else why, "versions", *versions)
        print("variants", *variants)
        print("parameters", *[param[0] for param in params])
    return valid


def run_script(mode, os_name, path):
    """As the import-export daemon does: a shell command beside a pipe."""
    described = instance(os_name, path)
    env, prefix, suffix, _ = backend._GetImportExportIoCommand(
        described, mode, constants.IEIO_SCRIPT, (described.disks_info[0], 0))
    command = prefix.rstrip("| ") if mode == constants.IEM_EXPORT else suffix.lstrip("| ")
    if mode == constants.IEM_EXPORT:
        env["EXP_SIZE_FD"] = "9"
        command += " 9>" + os.path.join(pathutils.LOG_OS_DIR, "size")
    result = subprocess.call(["/bin/bash", "-c", command], env=env)
    if mode == constants.IEM_EXPORT:
        with open(os.path.join(pathutils.LOG_OS_DIR, "size")) as size:
            print("size", size.read().strip(), file=sys.stderr)
    return result == 0


def show_logs():
    for name in os.listdir(pathutils.LOG_OS_DIR):
        with open(os.path.join(pathutils.LOG_OS_DIR, name)) as log:
            sys.stderr.write(log.read())


def act(rest):
    """Returns whether it was done."""
    if ACTION == "diagnose":
        return diagnose()
    os_name = rest[0]
    if ACTION == "validate":
        return backend.ValidateOS(True, os_name, ["parameters"], parameters(rest[1:]), False)
    if ACTION in ("add", "reinstall"):
        backend.InstanceOsAdd(instance(os_name, rest[1], params=parameters(rest[2:])),
                              ACTION == "reinstall", 0)
        return True
    if ACTION == "rename":
        backend.RunRenameInstance(instance(os_name, rest[1], name=rest[3]), rest[2], 0)
        return True
    modes = {"export": constants.IEM_EXPORT, "import": constants.IEM_IMPORT}
    return run_script(modes[ACTION], os_name, rest[1])


prepare()
try:
    done = act(sys.argv[4:])
except backend.RPCFail as err:
    print(err, file=sys.stderr)
    done = False
if ACTION in ("add", "reinstall", "rename"):
    show_logs()
shutil.rmtree(pathutils.LOG_OS_DIR)
sys.exit(0 if done else 1)
