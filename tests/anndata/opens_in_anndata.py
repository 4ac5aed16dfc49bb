# SPDX-FileCopyrightText: vigil authors
# SPDX-License-Identifier: Apache-2.0
"""Opens a cohort that vigil wrote with python3-anndata (0.8 and later) and compares what it holds.

usage: opens_in_anndata.py COHORT.h5ad    (written by the test program anndata_example)
"""
import sys
import warnings

warnings.simplefilter("ignore")
import anndata
import numpy as np

cohort = anndata.read_h5ad(sys.argv[1])
assert cohort.shape == (5, 23), cohort.shape
assert cohort.X.dtype == np.float32
wanted = np.array([[np.float32(100 * j + i) / np.float32(7) for j in range(23)] for i in range(5)], dtype=np.float32)
wanted[1, 3] = np.nan
assert np.array_equal(cohort.X, wanted, equal_nan=True)
assert list(cohort.obs_names) == ["a", "b", "c", "d", "Patiënt-Ω"]
assert cohort.obs.index.name == "id"
assert list(cohort.obs.columns) == ["time", "event", "age", "note", "site", "a/b"]
assert list(cohort.obs["time"]) == [1, 2, 3, 4, 5]
assert np.isnan(cohort.obs["age"].iloc[1]) and cohort.obs["age"].iloc[3] == 1e-300
assert list(cohort.obs["note"]) == list("pqrst")
assert list(cohort.obs["site"].isna()) == [False, True, False, False, True]
assert list(cohort.obs["a/b"].cat.categories) == ["z", "y"]
assert list(cohort.var_names) == [f"g{j}" for j in range(23)]
assert list(cohort.var.columns) == []
vigil = cohort.uns["vigil"]
assert int(vigil["format"]) == 1 and str(vigil["time_unit"]) == "days"
assert list(vigil["unit_of"]) == ["age"] and list(vigil["unit"]) == ["years"]
assert dict(zip(vigil["known_at_of"], vigil["known_at"])) == {"age": "baseline", "g1": "pathology"}
cohort.write_h5ad(sys.argv[1] + ".again")
print("opens in anndata", anndata.__version__)
