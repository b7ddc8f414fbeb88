// A bot session manager of the design that Dormouse started from, to be measured beside it. README.md says what it is,
// docs/workloads.md what it computes.
#include "modes.h"

int main(int argc, char** argv) {
  using namespace botref;
  const Options options = parseOptions(argc, argv);
  if (options.mode == "update")
    options.f64 ? measureUpdates<double>(options) : measureUpdates<float>(options);
  else if (options.mode == "create")
    measureCreation(options);
  else if (options.mode == "lookup")
    measureLookup(options);
  else if (options.mode == "dispatch")
    measureDispatch(options);
  else if (options.mode == "hibernate")
    measureHibernation(options);
  else
    fail("--mode must be one of create, dispatch, hibernate, lookup, update: got " + options.mode);
}
