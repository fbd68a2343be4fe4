// Package gpt1 declares the model of Radford et al. 2018, "Improving Language
// Understanding by Generative Pre-Training": a stack of decoder blocks with
// masked self-attention and post-layer-norm, learned positions, and a softmax
// tied to the token embedding.
//
// A [Model] holds a [Config] and the parameters under Hugging Face's names; its
// methods add the forward pass to a graph. Training lives in package train, task
// heads in package heads. Start reading at model.go, which follows section 3.1.
package gpt1
