package bench

// GenerateTokens is the length of the texts that BenchmarkGenerate writes.
const GenerateTokens = 64
