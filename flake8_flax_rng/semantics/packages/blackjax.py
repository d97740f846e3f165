"""BlackJAX: samplers and adaptations."""

from __future__ import annotations

from flake8_flax_rng.semantics.consumers import RNG_KEY, Consumer, Library, Objects

_SAMPLERS = (
    "nuts hmc mhmc multinomial_hmc rmh irmh dhmc dynamic_hmc dmhmc rmhmc mala mgrad_gaussian orbital_hmc laplace_hmc "
    "additive_step_random_walk mclmc adjusted_mclmc adjusted_mclmc_dynamic elliptical_slice ghmc barker "
    "barker_proposal sgld sghmc sgnht csgld tempered_smc adaptive_tempered_smc normal_random_walk slice_sampling "
    "coordinate_slice nss nsswig dmhmc laplace_dhmc laplace_dmhmc laplace_mhmc gist_step_size gist_trajectory_length "
    "persistent_sampling_smc adaptive_persistent_sampling_smc partial_posteriors_smc inner_kernel_tuning pretuning"
)

LIBRARY = Library(
    "blackjax",
    consumers={
        "blackjax.util.run_inference_algorithm": RNG_KEY,
        "blackjax.util.generate_gaussian_noise": RNG_KEY,
        "blackjax.mclmc_lrd_warmup": Consumer(2, "rng_key"),
        **{
            f"blackjax.{module}pathfinder.{name}": RNG_KEY
            for module in ("", "vi.")
            for name in ("approximate", "sample")
        },
        "blackjax.mclmc_find_L_and_step_size": Consumer(3, "rng_key"),
        "blackjax.adjusted_mclmc_find_L_and_step_size": Consumer(4, "rng_key"),
        **{
            f"blackjax.smc.resampling.{name}": RNG_KEY
            for name in ["systematic", "stratified", "multinomial", "residual"]
        },
    },
    objects={
        rf"blackjax\.({'|'.join(_SAMPLERS.split())})": Objects({"step": RNG_KEY}),
        # Stein variational gradient descent draws nothing.
        r"blackjax\.(?!(\w+\.)*svgd\.)(\w+\.)+build_kernel": Objects({"__call__": RNG_KEY}),
        r"blackjax\.(window_adaptation_low_rank|(window|staged|chees|meads|pathfinder)_adaptation)": Objects(
            {"run": RNG_KEY}
        ),
        r"blackjax\.(meanfield_vi|fullrank_vi|schrodinger_follmer)": Objects({"step": RNG_KEY, "sample": RNG_KEY}),
    },
    modules=frozenset({"blackjax.smc.resampling"}),
    spellings=(("blackjax.adaptation.window_adaptation.", "blackjax."),),
)
