# SPDX-FileCopyrightText: vigil authors
# SPDX-License-Identifier: Apache-2.0
#
# Shared by the scripts that make the data sets: a CSV writer whose numbers survive the way back.

# The fewest of 15, 16 or 17 significant digits that give the same double back.
exact_text <- function(x) {
  text <- rep("NA", length(x))
  pending <- which(!is.na(x))
  for (digits in 15:17) {
    text[pending] <- formatC(x[pending], digits = digits, format = "fg", width = 1)
    pending <- pending[as.numeric(text[pending]) != x[pending]]
  }
  stopifnot(length(pending) == 0)
  text
}

write_exact_csv <- function(data, path) {
  data <- as.data.frame(data)
  stopifnot(!anyNA(data[[1]]), !anyDuplicated(data[[1]]))
  columns <- lapply(data, function(x) {
    if (is.logical(x)) x <- as.integer(x)
    if (is.numeric(x)) return(exact_text(x))
    text <- as.character(x)
    stopifnot(!grepl("[\",\r\n]", text))
    ifelse(is.na(text), "NA", text)
  })
  dir.create(dirname(path), showWarnings = FALSE, recursive = TRUE)
  lines <- c(paste(names(data), collapse = ","), do.call(paste, c(unname(columns), sep = ",")))
  connection <- file(path, "wb")  # binary: \n on every system
  writeLines(lines, connection, sep = "\n")
  close(connection)
  digest <- sub(" .*", "", system2("sha256sum", shQuote(path), stdout = TRUE))
  cat(sprintf("%s: %d rows, %d columns, %d bytes, sha256 %s\n",
              basename(path), nrow(data), ncol(data), file.size(path), digest))
}
