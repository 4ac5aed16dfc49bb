# SPDX-FileCopyrightText: vigil authors
# SPDX-License-Identifier: Apache-2.0
#
# Writes the cohorts of the R package survival that vigil ships, one folder each:
#   Rscript datasets/make_survival_cohorts.R [folder, default: the folder of this script]
#
# Nothing is computed or dropped: rows and their order are the package's. Changes: a row number is
# added as first column where the package has no unique subject id, logicals become 0/1, factors
# become their labels. Numbers are written with the fewest of 15, 16 or 17 digits that give the same
# double back; missing values are NA. Prints one line per file for the table in datasets/README.md.
# Only needed to make the files again: R is no dependency of vigil.

suppressPackageStartupMessages(library(survival))

script <- sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE)[1])
arguments <- commandArgs(TRUE)
folder <- if (length(arguments)) arguments[1] else dirname(script)
source(file.path(dirname(script), "write_exact_csv.R"))

with_row_id <- function(data, name) {
  data <- cbind(seq_len(nrow(data)), data)
  names(data)[1] <- name
  data
}

cohorts <- list(
  lung = with_row_id(lung, "subject"),
  veteran = with_row_id(veteran, "subject"),
  pbc = pbc,
  mgus2 = mgus2,
  kidney = with_row_id(kidney, "record"),  # two rows per patient; the patient is column id
  colon = with_row_id(colon, "record"),    # two rows per patient; the patient is column id
  nwtco = nwtco,
  rotterdam = rotterdam,
  gbsg = gbsg
)

for (name in names(cohorts)) {
  write_exact_csv(cohorts[[name]], file.path(folder, name, paste0(name, ".csv")))
}
