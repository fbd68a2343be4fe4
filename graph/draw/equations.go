package draw

// equations are the definitions of operations, in the letters of the paper and of the shapes. dy is the gradient of the result.
var equations = map[string]string{
	"embed":  "y = W_e[id] + W_p[position]",
	"lookup": "y = W_e[id]",

	"linear":     "y = x·W + b",
	"matmul":     "y = a·b",
	"accumulate": "∂W += what the operands contribute",
	"part":       "the part of dx that belongs to one operand",
	"add":        "y = a + b",
	"add_scaled": "y = a + λ·b",
	"scale":      "y = c·x",
	"reshape":    "the same values under another shape",

	"attention":        "y = softmax(Q·Kᵀ/√D + mask)·V for each head",
	"attention.cached": "y = softmax(q·Kᵀ/√D)·V, K and V of all tokens so far",
	"attention.grad":   "dV = Pᵀ·dy, dS = P∘(dy·Vᵀ − Σ dy∘y), dQ = dS·K/√D, dK = dSᵀ·Q/√D",

	"layer_norm":    "y = (x − mean)/√(variance + ε)·g + b",
	"residual_norm": "s = x + branch, y = (s − mean)/√(variance + ε)·g + b",
	"norm.grad":     "dx = (dŷ − mean(dŷ) − x̂·mean(dŷ∘x̂))/σ, dŷ = dy∘g",

	"gelu":      "y = ½·x·(1 + tanh(√(2/π)·(x + 0.044715·x³)))",
	"gelu.grad": "dx = dy∘gelu′(x)",
	"dropout":   "y = x∘mask/(1 − p)",

	"logits":                     "y = h·W_eᵀ",
	"cross_entropy":              "y = −log softmax(x)[target]",
	"cross_entropy.grad":         "dx = dy·(softmax(x) − one-hot(target))",
	"squared_error":              "y = (x − target)²",
	"squared_error.grad":         "dx = 2·dy·(x − target)",
	"sigmoid_cross_entropy":      "y = Σ −t·log σ(x) − (1 − t)·log(1 − σ(x))",
	"sigmoid_cross_entropy.grad": "dx = dy·(σ(x) − t)",

	"sum":             "y = Σ x/count",
	"sum.grad":        "dx = dy/count",
	"sum_groups":      "y = the sum of the sequences of an example",
	"sum_groups.grad": "dx = dy, for each sequence of an example",
	"pick":            "y = x at the position of the extract token",
	"pick.grad":       "dx = dy at the position of the extract token, 0 elsewhere",

	"lstm":      "c = σ(f)∘c + σ(i)∘tanh(g), h = σ(o)∘tanh(c)",
	"lstm.grad": "the gradients of the gates, from the last position to the first",

	"global_norm": "‖∂‖ = √Σ ∂²",
	"clip":        "scale = min(1, limit/‖∂‖)",
	"adam":        "m = β₁m + (1 − β₁)∂, v = β₂v + (1 − β₂)∂², W −= lr·(m/(√v + ε) + λW)",
}

// Equation is the definition of an operation; "" for a node that computes nothing.
func Equation(kind string) string { return equations[kind] }
