"""PyTorch: eager or torch.compile, contiguous or channels last, float32 or autocast to bfloat16."""
import numpy as np
import torch
from serve import serve
from task import Task
from torch.nn import functional as F
from torch_networks import is_rotated, torch_model, rotated


class Training:
    def __init__(self, folder, mode):
        self.task, self.mode = Task(folder), mode
        self.training = self.task.config['training']
        self.models = {name: torch_model(self.task, name, mode['channelsLast']) for name in ('generator', 'discriminator')}
        self.adams = {name: self.adam(name) for name in self.models}
        self.generator, self.discriminator = self.models.values()
        self.report = {
            'parameters': {name: parameters(model) for name, model in self.models.items()},
            'scores': self.scores(),
            'versions': {'torch': torch.__version__, 'threads': str(torch.get_num_threads())},
        }
        if mode['compile']:
            self.generator, self.discriminator = torch.compile(self.generator), torch.compile(self.discriminator)
        self.bce = F.binary_cross_entropy_with_logits if self.training['loss']['on'] == 'logits' else F.binary_cross_entropy
        self.real_labels, self.fake_labels, self.generator_target = (torch.full([self.task.batch_size, 1], float(label)) for label in self.labels())
        self.batches = self.task.batches()

    def labels(self):
        labels = self.training['labels']
        return labels['real'], labels['fake'], not labels['inverted']

    def adam(self, name):
        """Fused is the fastest of torch.optim.Adam's implementations on a CPU."""
        options = self.task.config[name]['optimizer']
        betas = options['beta1'], options['beta2']
        return torch.optim.Adam(self.models[name].parameters(), options['learningRate'], betas, options['epsilon'], fused=True)

    def turn(self, count):
        for _ in range(count):
            losses = self.step(self.shown(next(self.batches)))
        return {name: loss.item() for name, loss in zip(('discriminator', 'generator'), losses)}

    def step(self, real):
        """One step in the config's order. Returns [discriminator's loss, generator's loss]."""
        order, fresh = self.training['order'], self.training['freshLatents']
        if order == 'simultaneous':
            return self.train_both(real)
        if fresh and order == 'discriminator-first':
            return self.train_discriminator(real, self.other_fake()), self.train_generator(self.fake())
        if fresh:
            generator_loss = self.train_generator(self.fake())
            return self.train_discriminator(real, self.other_fake()), generator_loss
        fake = self.fake()
        if order == 'discriminator-first':
            return self.train_discriminator(real, fake.detach()), self.train_generator(fake)
        generator_loss = self.train_generator(fake)
        return self.train_discriminator(real, fake.detach()), generator_loss

    def train_both(self, real):
        """Both gradients at the same weights; one pass of the fake images serves both losses."""
        fake = self.fake()
        if self.mode['compile']:
            return self.train_both_in_passes(real, fake)
        with self.autocast():
            real_scores, fake_scores = self.scores_of(real), self.scores_of(fake)
        discriminator_loss, generator_loss = self.discriminator_loss(real_scores, fake_scores), self.bce(fake_scores, self.generator_target)
        self.clear_gradients()
        generator_loss.backward(inputs=list(self.generator.parameters()), retain_graph=True)
        discriminator_loss.backward(inputs=list(self.discriminator.parameters()))
        return self.update_both(discriminator_loss, generator_loss)

    def train_both_in_passes(self, real, fake):
        """torch.compile frees the buffers of a backward pass and always computes all gradients, so each loss needs its own pass."""
        self.clear_gradients()
        with self.autocast():
            discriminator_loss = self.discriminator_loss(self.scores_of(real), self.scores_of(fake.detach()))
        discriminator_loss.backward()
        self.discriminator.requires_grad_(False)
        generator_loss = self.bce(self.scores_of(fake), self.generator_target)
        generator_loss.backward()
        self.discriminator.requires_grad_(True)
        return self.update_both(discriminator_loss, generator_loss)

    def update_both(self, *losses):
        self.adams['generator'].step()
        self.adams['discriminator'].step()
        return losses

    def train_discriminator(self, real, fake):
        with self.autocast():
            loss = self.discriminator_loss(self.scores_of(real), self.scores_of(fake))
        self.update('discriminator', loss)
        return loss

    def train_generator(self, fake):
        """Without gradients for the discriminator's weights."""
        self.discriminator.requires_grad_(False)
        loss = self.bce(self.scores_of(fake), self.generator_target)
        self.update('generator', loss)
        self.discriminator.requires_grad_(True)
        return loss

    def update(self, name, loss):
        self.clear_gradients()
        loss.backward()
        self.adams[name].step()

    def clear_gradients(self):
        for adam in self.adams.values():
            adam.zero_grad()

    def fake(self):
        shape = self.task.batch_size, self.task.latent['size']
        latents = torch.randn(shape) if self.task.latent['distribution'] == 'normal' else torch.rand(shape) * 2 - 1
        with self.autocast():
            return self.generator(latents)

    def other_fake(self):
        """Fake images for the discriminator alone."""
        with torch.no_grad():
            return self.fake()

    def scores_of(self, images):
        """float32 [B, 1], also under autocast."""
        with self.autocast():
            return self.discriminator(images).float().reshape(-1, 1)

    def discriminator_loss(self, real, fake):
        return self.training['loss']['discriminatorScale'] * (self.bce(real, self.real_labels) + self.bce(fake, self.fake_labels))

    def autocast(self):
        return torch.autocast('cpu', torch.bfloat16, enabled=self.mode['autocast'])

    def shown(self, pixels):
        """uint8 [B, h, w, c] -> float32 [B, c, h, w] in the config's value range."""
        low, high = self.task.value_range
        images = torch.from_numpy(pixels).permute(0, 3, 1, 2)  # channels last in memory
        if not self.mode['channelsLast']:
            images = images.contiguous()
        return images.float().mul_((high - low) / 255).add_(low)

    @torch.no_grad()
    def scores(self):
        for model in self.models.values():
            model.eval()
        pixels = self.task.probe_images
        real = self.shown(np.ascontiguousarray(rotated(pixels) if is_rotated(self.task) else pixels))
        with self.autocast():
            fake = self.generator(torch.from_numpy(self.task.probe_latents))
        scores = torch.cat([self.scores_of(real), self.scores_of(fake)]).reshape(-1).tolist()
        for model in self.models.values():
            model.train()
        return scores


def parameters(model):
    trainable = sum(parameter.numel() for parameter in model.parameters())
    statistics = sum(buffer.numel() for name, buffer in model.named_buffers() if not name.endswith('num_batches_tracked'))
    return {'all': trainable + statistics, 'trainable': trainable}


serve({'training': Training})
