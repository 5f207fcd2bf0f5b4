// The helper process of the SPF check: reads requests from standard input, has libspf2 evaluate each, and writes the
// results to standard output in the same order. It ends with its input.
limitResources()
runWorker()
