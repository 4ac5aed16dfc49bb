// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/select/clusters.hpp"

#include "vigil/base/error.hpp"
#include "vigil/base/text.hpp"

#include <map>

namespace vigil::select {

Clusters make_clusters(const Covariates& covariates,
                       std::span<const Index> listed,
                       std::span<const std::string> names) {
  VIGIL_EXPECTS(listed.size() == names.size());
  std::vector<const std::string*> named(at(covariates.columns()), nullptr);
  std::map<std::string, Index> place; // of a named cluster, no_index until its first column
  FaultList unnamed, taken;
  for (std::size_t row = 0; row < listed.size(); ++row) {
    named[at(listed[row])] = &names[row];
    place.emplace(names[row], no_index);
    if (names[row].empty()) {
      unnamed.add("feature " + quoted(covariates.info(listed[row]).name), "no cluster");
    }
  }
  unnamed.raise_if_any("cannot form clusters",
                       "the name of a cluster for each listed feature",
                       "fill in the name, or leave the feature out: it then stands alone");
  Clusters clusters;
  for (Index column = 0; column < covariates.columns(); ++column) {
    const std::string& own = covariates.info(column).name;
    if (named[at(column)] == nullptr) {
      if (place.count(own) > 0) {
        taken.add("feature " + quoted(own), "not listed, and a cluster has its name");
      }
      clusters.of.push_back(size_of(clusters.name));
      clusters.name.push_back(own);
      continue;
    }
    Index& number = place.at(*named[at(column)]);
    if (number == no_index) {
      number = size_of(clusters.name);
      clusters.name.push_back(*named[at(column)]);
    }
    clusters.of.push_back(number);
  }
  taken.raise_if_any("cannot form clusters",
                     "names of clusters that are not those of features outside them",
                     "list the feature in its cluster, or give the cluster another name");
  return clusters;
}

} // namespace vigil::select
