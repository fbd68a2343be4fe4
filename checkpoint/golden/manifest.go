package golden

// Config is the model's configuration, with Hugging Face's keys.
type Config struct {
	AFn              string  `json:"afn"`
	NLayer           int     `json:"n_layer"`
	NHead            int     `json:"n_head"`
	NEmbd            int     `json:"n_embd"`
	NCtx             int     `json:"n_ctx"`
	NPositions       int     `json:"n_positions"`
	VocabSize        int     `json:"vocab_size"`
	LayerNormEpsilon float64 `json:"layer_norm_epsilon"`
	InitializerRange float64 `json:"initializer_range"`
	AttnPDrop        float64 `json:"attn_pdrop"`
	EmbdPDrop        float64 `json:"embd_pdrop"`
	ResidPDrop       float64 `json:"resid_pdrop"`
}

// Hyper holds the hyper-parameters of a training file. What a file does not
// have is zero.
type Hyper struct {
	Steps       int     `json:"steps"`
	LR          float64 `json:"lr"`
	L2          float64 `json:"l2"`
	B1          float64 `json:"b1"`
	B2          float64 `json:"b2"`
	E           float64 `json:"e"`
	MaxGradNorm float64 `json:"max_grad_norm"` // 0: no clipping

	WarmupSteps int `json:"warmup_steps"` // pre-training

	Schedule string  `json:"schedule"` // fine-tuning, as is the rest
	Warmup   float64 `json:"warmup"`   // a fraction of TTotal
	TTotal   int     `json:"t_total"`
	LMCoef   float64 `json:"lm_coef"`
}

// SpecialIDs are the ids of the three tokens that fine-tuning appends to the
// vocabulary.
type SpecialIDs struct {
	Start     int32 `json:"_start_"`
	Delimiter int32 `json:"_delimiter_"`
	Classify  int32 `json:"_classify_"`
}

// File is one tensor file of a set as the manifest describes it.
type File struct {
	Name string `json:"-"` // with its extension, as Set's methods want it
	What string `json:"what"`
	// Optional files are for comparison only and need not be on disk.
	Optional bool  `json:"optional"`
	Hyper    Hyper `json:"hyper"`

	// Fine-tuning.
	Task                string     `json:"task"` // key of Examples.Tasks
	Head                string     `json:"head"`
	SequencesPerExample int        `json:"sequences_per_example"`
	NOut                int        `json:"n_out"`
	SpecialIDs          SpecialIDs `json:"special_ids"`
	PadID               int32      `json:"pad_id"`

	// Pre-training: averaging this many micro-batches gives the same numbers.
	GradientAccumulation struct {
		MicroBatches int `json:"micro_batches"`
	} `json:"gradient_accumulation"`

	// Generation.
	NewTokens          int   `json:"new_tokens"`
	StepsInsideContext []int `json:"steps_inside_context"` // per prompt: steps before the context is cropped

	// Weights names the starting weights: a file, or a file and "final.*". Empty
	// for the base model. Set.Weights follows it.
	Weights string `json:"weights"`

	Tensors map[string]Tensor `json:"tensors"`
}

// Tensor is one tensor of a file as the manifest describes it.
type Tensor struct {
	DType string `json:"dtype"`
	Shape []int  `json:"shape"`
	Role  string `json:"role"` // given or expected

	Tolerance  *Tolerance  `json:"tolerance"` // nil: not a result to compare with
	LooseSlice *LooseSlice `json:"loose_slice"`
}

// Tolerance accepts x where |x - expected| <= ATol + RTol·|expected|.
type Tolerance struct {
	ATol float64 `json:"atol"`
	RTol float64 `json:"rtol"`
}

// LooseSlice marks the elements whose index along Axis is in [From, To): there
// ATol takes the place of the tolerance's own.
type LooseSlice struct {
	Axis int     `json:"axis"`
	From int     `json:"from"`
	To   int     `json:"to"`
	ATol float64 `json:"atol"`
}
