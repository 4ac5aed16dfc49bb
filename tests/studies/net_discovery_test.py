# SPDX-FileCopyrightText: vigil authors
# SPDX-License-Identifier: Apache-2.0
"""Counts of benchmarks/studies/net_discovery.py, by hand: python3 net_discovery_test.py FOLDER_OF_STUDIES. Exit 77: no numpy or h5py."""
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, sys.argv[1])

try:
    import net_discovery
except ImportError as missing:
    print("skipped: %s" % missing)
    sys.exit(77)


def expect(found, wanted, what):
    if abs(found - wanted) > 1e-12:
        sys.exit("%s: found %r, expected %r" % (what, found, wanted))


# Four blocks of 50: metastatic with 40 direct and 10 weak features, size, trap, null.
names = ["F%d" % number for number in range(200)]
roles = ["direct"] * 40 + ["weak"] * 10 + ["clinical"] * 50 + ["trap"] * 50 + ["null"] * 50
truth = net_discovery.Truth(names, roles, ["metastatic", "size", "trap", "null"])

# Two direct, one weak, one of size, three traps, one null; `age` is a clinical column of the cohort, no feature.
counts = truth.counts(["F0", "F1", "F45", "F60", "F100", "F101", "F149", "F199", "age"])
for key, wanted in {"selected": 8, "recall_metastatic": 2 / 40, "false_feature": 5 / 7, "false_block": 5 / 8, "false_noise": 4 / 8,
                    "share_trap": 3 / 50, "share_null": 1 / 50, "share_clinical": 1 / 50, "blocks": 4, "blocks_metastatic": 1,
                    "blocks_trap": 1, "blocks_false": 3 / 4, "blocks_noise": 2 / 4, "recall_growth": 0}.items():
    expect(counts[key], wanted, key)
for key in ("selected", "false_feature", "false_block", "false_noise", "blocks", "blocks_false"):
    expect(truth.counts([])[key], 0, key + " of nothing")

# p (i): 0.01, 0.04, 0.06, 0.5 against 0.025, 0.05, 0.075, 0.1: three.
chosen = net_discovery.benjamini_hochberg(["a", "b", "c", "d"], [0.5, 0.04, 0.01, 0.06], 0.1)
if chosen != ["c", "b", "d"]:
    sys.exit("Benjamini-Hochberg: found %r" % chosen)
# Step-up: the second is above its own limit 0.05, the third below its limit.
if len(net_discovery.benjamini_hochberg(["a", "b", "c", "d"], [0.02, 0.07, 0.07, 0.5], 0.1)) != 3:
    sys.exit("Benjamini-Hochberg does not step up")
if net_discovery.mean_text([1.0, 2.0, 3.0]) != "2.00 (0.58)":
    sys.exit("mean and standard error")
