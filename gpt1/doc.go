// Package gpt1 declares the model of Radford et al. 2018, "Improving Language
// Understanding by Generative Pre-Training": a stack of decoder blocks with
// masked self-attention and post-layer-norm, learned positions, and a softmax
// tied to the token embedding.
//
// The equations of section 3.1, and the code of each:
//
//	h_0 = U W_e + W_p                    layers.Embedding.Forward
//	h_l = transformer_block(h_{l-1})     Block.Forward
//	P(u) = softmax(h_n W_eᵀ)             Model.Logits; the softmax is in Model.Losses
//	L_1 = Σ log P(u_i | u_{i-k}, …)      Model.Losses and NewLM, which minimise −L_1
//
// A [Model] holds a [Config] and the parameters under Hugging Face's names; its
// methods add the forward pass to a graph. Training lives in package train, task
// heads in package heads. Start reading at model.go, which follows section 3.1.
package gpt1
