package bench

// GenerateTokens is the length of the texts that BenchmarkGenerate writes.
const GenerateTokens = 64

// ClassifyBatch is the number of texts in a call of BenchmarkClassify.
const ClassifyBatch = 32
