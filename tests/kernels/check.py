"""Prints what every kernel of a plugin takes of a multiprocessor; fails where claims.json allows less.

`check.py PLUGIN`: tools/kernel_resources and ctest run it.
"""

import json
import sys
from pathlib import Path

from occupancy import occupancy
from resources import of_plugin, short_names, toolkit_program

claims_file = Path(__file__).with_name("claims.json")


def rows_of(resources):
    """Pairs (short name, resources) in the order of names and architectures."""
    names = short_names([one.kernel for one in resources])
    return sorted(
        ((names[one.kernel], one) for one in resources), key=lambda row: (row[0], row[1].architecture)
    )


def occupancy_of(one, claim):
    """The share of a multiprocessor's warps that reside, for blocks as they are launched."""
    shared = one.shared_bytes + claim["launched_shared_bytes"]
    return occupancy(one.architecture, claim["threads"], one.registers, shared)


def table(rows, claims):
    """The lines of the table that people read."""
    columns = "{:<26}{:>8}  {:<14}{:>10}{:>14}{:>13}{:>11}"
    yield columns.format(
        "kernel", "card", "compiled from", "registers", "shared bytes", "stack bytes", "occupancy"
    )
    for name, one in rows:
        claim = claims.get(name)
        share = f"{occupancy_of(one, claim):.1%}" if claim else "?"
        shared = f"{one.shared_bytes} + {claim['launched_shared_bytes']}" if claim else one.shared_bytes
        card = f"sm_{one.architecture}"
        yield columns.format(name, card, one.source, one.registers, shared, one.stack_bytes, share)


def complaints_about(name, one, claim):
    """What one kernel takes on one card beyond its claim, one sentence each."""
    card = f"sm_{one.architecture}"
    allowed = claim.get(card)
    if allowed is None:
        return [f"{name} has no claim for {card}"]
    share, found = occupancy_of(one, claim), []
    if one.threads != claim["threads"]:
        found.append(
            f"{name} is compiled for blocks of {one.threads} threads and claims {claim['threads']}: "
            "give it __launch_bounds__(threads_per_block)"
        )
    if one.stack_bytes > 0:
        found.append(
            f"{name} keeps {one.stack_bytes} bytes per thread in local memory on {card}: "
            "registers are spilled, or an array is indexed at run time"
        )
    if one.registers > allowed["registers"]:
        found.append(f"{name} takes {one.registers} registers on {card} and claims {allowed['registers']}")
    if share < allowed["occupancy"]:
        found.append(f"{name} fills {share:.1%} of {card}'s warps and claims {allowed['occupancy']:.1%}")
    return found


def complaints(rows, claims):
    """What breaks a claim, and kernels without a claim, and claims without a kernel."""
    kernels = {name for name, _ in rows}
    found = [f"{name} has no claim in {claims_file.name}" for name in sorted(kernels - set(claims))]
    found += [f"{name} is claimed and not in the plugin" for name in sorted(set(claims) - kernels)]
    for name, one in rows:
        if name in claims:
            found += complaints_about(name, one, claims[name])
    for name in sorted(kernels & set(claims)):
        seen = {f"sm_{one.architecture}" for kernel, one in rows if kernel == name}
        absent = {card for card in claims[name] if card.startswith("sm_")} - seen
        found += [f"{name} is claimed for {card}, for which there is no code" for card in sorted(absent)]
    return found


def main():
    plugin, ptxas = Path(sys.argv[1]), toolkit_program("ptxas")
    if not plugin.exists() or not ptxas:
        absent = "ptxas" if plugin.exists() else plugin.name
        print(f"skipped: there is no {absent}: the CUDA plugin is built where nvcc is found")
        return
    claims = json.loads(claims_file.read_text())
    rows = rows_of(of_plugin(plugin, ptxas))
    print(*table(rows, claims), sep="\n")
    found = complaints(rows, claims)
    print(*found, sep="\n")
    sys.exit(f"{len(found)} claims of {claims_file.name} do not hold" if found else 0)


if __name__ == "__main__":
    main()
